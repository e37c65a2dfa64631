/** One request to a daemon's control socket, of which the lab believes whatever it answers. */
import http from "node:http";
import { patience } from "../instruments/wait.ts";

const answerMsMax = 20_000 * patience;

/** The JSON of the answer, whatever its status. Throws when the daemon does not answer in 20 s. */
export function request<Body>(socketPath: string, method: string, path: string): Promise<Body> {
  return new Promise((resolve, reject) => {
    const asked = http.request({ socketPath, method, path, timeout: answerMsMax }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        text += part;
      });
      response.on("end", () => {
        try {
          resolve(JSON.parse(text) as Body);
        } catch {
          reject(new Error(`${method} ${path}: no JSON: ${text.slice(0, 200)}`));
        }
      });
    });
    asked.on("timeout", () => asked.destroy(new Error(`${method} ${path}: no answer`)));
    asked.on("error", reject);
    asked.end();
  });
}
