import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { freshUntilExit } from "../sandbox/runner/scratch.ts";
import { interleaved, type Measured } from "./statistics.ts";

const BARE = path.join(import.meta.dirname, "bare-request.cjs");
const CLIENT_ID = "5f8a6d3c-91b2-4e07-8c4d-6a1f0b9e2d75";

/** A shell whose start-up is measured. */
export interface Shell {
  readonly main: string;
  /** The variables of a step that deploys to `host`, which need be no workspace: only a first request is of interest. */
  environment(host: string): Promise<Record<string, string>>;
  /** Path of the request that is waited for. */
  readonly request: RegExp;
}

/** From the start of a process until the request has arrived; milliseconds. */
export interface StartUp {
  readonly wall: number;
  /** Time on a processor, all threads; undefined where the system does not tell (Linux does). */
  readonly cpu: number | undefined;
}

/** The start-up of a shell and of a bare script, in turn. */
export async function startUps(shell: Shell, rounds: number): Promise<Measured<StartUp>[]> {
  const probe = await Probe.start();
  try {
    const env = await shell.environment(probe.url);
    const ours = (): Promise<StartUp> => probe.time([shell.main], env, shell.request);
    const bare = (): Promise<StartUp> => probe.time([BARE, probe.url], {}, /^/);
    // The first of each finds cold disk caches.
    await ours();
    await bare();
    return await interleaved(rounds, { ours, bare });
  } finally {
    await probe.stop();
  }
}

/** The action until its first request, whichever that is. */
export function actionShell(dist: string): Shell {
  return {
    main: path.join(dist, "main.js"),
    request: /^/,
    environment: async (host) => {
      const temp = await freshUntilExit("bench-temp");
      return {
        GITHUB_ACTIONS: "true",
        GITHUB_EVENT_NAME: "push",
        GITHUB_WORKSPACE: temp,
        RUNNER_TEMP: temp,
        INPUT_HOST: host,
        "INPUT_CLIENT-ID": CLIENT_ID,
      };
    },
  };
}

/** The task until it asks for the pipeline's ID token. */
export function taskShell(folder: string): Shell {
  return {
    main: path.join(folder, "main.js"),
    request: /oidctoken/,
    environment: async (host) => {
      const temp = await freshUntilExit("bench-temp");
      const authorization = { parameters: { AccessToken: "job-token" }, scheme: "OAuth" };
      return {
        TF_BUILD: "True",
        AGENT_TEMPDIRECTORY: temp,
        AGENT_WORKFOLDER: temp,
        BUILD_SOURCESDIRECTORY: temp,
        SYSTEM_HOSTTYPE: "build",
        SYSTEM_TEAMFOUNDATIONCOLLECTIONURI: `${host}/organisation/`,
        SYSTEM_OIDCREQUESTURI: `${host}/organisation/oidctoken`,
        ENDPOINT_AUTH_SYSTEMVSSCONNECTION: JSON.stringify(authorization),
        ENDPOINT_AUTH_SCHEME_SYSTEMVSSCONNECTION: "OAuth",
        ENDPOINT_AUTH_PARAMETER_SYSTEMVSSCONNECTION_ACCESSTOKEN: "job-token",
        INPUT_HOST: host,
        INPUT_CLIENTID: CLIENT_ID,
      };
    },
  };
}

/** A server that only notices when it is asked something. */
class Probe {
  readonly url: string;
  readonly #server: Server;
  #onRequest: (path: string) => void = () => undefined;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    // Never answered: the program is ended as soon as it has asked.
    server.on("request", ({ url = "" }: IncomingMessage) => {
      this.#onRequest(url);
    });
  }

  static async start(): Promise<Probe> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new Probe(server);
  }

  time(args: readonly string[], env: Readonly<Record<string, string>>, request: RegExp): Promise<StartUp> {
    return new Promise((resolve, reject) => {
      let arrived: StartUp | undefined;
      const started = performance.now();
      const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] });
      let output = "";
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8").on("data", (text: string) => {
          output += text;
        });
      }
      this.#onRequest = (url) => {
        if (arrived !== undefined || !request.test(url)) return;
        const wall = performance.now() - started;
        arrived = { wall, cpu: child.pid === undefined ? undefined : cpuTime(child.pid) };
        child.kill("SIGKILL");
      };
      child.on("error", reject);
      child.on("close", () => {
        if (arrived === undefined) reject(new Error(`${args.join(" ")} sent no such request:\n${output}`));
        else resolve(arrived);
      });
    });
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }
}

/** Milliseconds that the threads of a process have run so far (proc(5), schedstat). */
function cpuTime(pid: number): number | undefined {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    const times = threads.map((thread) => readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8"));
    return times.reduce((sum, text) => sum + Number(text.split(" ")[0]) / 1e6, 0);
  } catch {
    return undefined;
  }
}
