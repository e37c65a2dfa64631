/** Configurations of failover services alone. */
import { accepted, readText } from "./texts.ts";

export const text = (services: string): string => `routers:
  primary: { public: 192.0.2.1 }
  backup: { public: 192.0.2.9 }
heartbeat: { authentication: none }
failover: { services: ${services} }
`;

export const servicesOf = (written: string) => accepted(readText(text(written))).failover.services;

export const sound = "{ mail: { start: /bin/on, stop: /bin/off } }";
