/** Whether a text is keepalived's: one of its blocks opens at the beginning of a line. */
const block =
  /^[ \t]*(?:global_defs|vrrp_instance|vrrp_sync_group|vrrp_script|virtual_server|virtual_server_group|static_ipaddress)\b[^=\n]*(?:\{|$)/m;

export function isKeepalived(text: string): boolean {
  return block.test(text.slice(0, 1_000_000));
}
