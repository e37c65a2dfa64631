/** Ports by the names that old files give them; their programs asked the machine's services file. */
export const servicePorts: Readonly<Record<string, number>> = {
  ...{ ftp: 21, ssh: 22, telnet: 23, smtp: 25, domain: 53, http: 80, www: 80, pop3: 110 },
  ...{ "pop-3": 110, sunrpc: 111, nntp: 119, ntp: 123, imap: 143, imap2: 143, ldap: 389 },
  ...{ https: 443, smtps: 465, submission: 587, ldaps: 636, imaps: 993, pop3s: 995 },
  ...{ mysql: 3306, postgresql: 5432, squid: 3128, webcache: 8080, "http-alt": 8080, sip: 5060 },
  ...{ radius: 1812, "radius-acct": 1813, rtsp: 554, snmp: 161, syslog: 514, tftp: 69 },
};
