import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export const ROOT = resolve(import.meta.dirname, "../..");
const START_MS = 180_000;
const STOP_MS = 90_000;

export function python(): string {
  const own = join(ROOT, ".venv/bin/python");
  return process.env.CVD_PYTHON ?? (existsSync(own) ? own : "python3");
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

/** The real system, as `manage.py up` starts it, on a data folder and a port of its own. */
export class System {
  /** What it printed so far. */
  log = "";
  private child: ChildProcess | null = null;

  private constructor(
    readonly folder: string,
    readonly port: number,
    private readonly settings: Readonly<Record<string, string>>,
  ) {}

  static async make(settings: Readonly<Record<string, string>> = {}): Promise<System> {
    if (!existsSync(join(ROOT, "frontend/dist/index.html"))) throw new Error("Run `npm run build` first.");
    return new System(await mkdtemp(join(tmpdir(), "cvd-e2e-")), await freePort(), settings);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The first administrator's password, which the first start prints. */
  async firstPassword(): Promise<string> {
    const printed = (): string | undefined => /password:\s*(\S+)/.exec(this.log)?.[1];
    await this.until(() => Promise.resolve(printed() !== undefined), START_MS, "printed no password");
    return printed() ?? "";
  }

  async start(parts?: string): Promise<void> {
    const only = parts ? ["--only", parts] : [];
    const environment = { ...process.env, ...this.settings, CVD_DATA_DIR: this.folder };
    for (const name of ["CVD_DATABASE_URL", "CVD_REDIS_URL"] as const) delete (environment as NodeJS.ProcessEnv)[name];
    const child = spawn(python(), ["manage.py", "up", "--port", String(this.port), ...only], {
      cwd: ROOT,
      env: environment,
    });
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (text: Buffer) => {
        this.log += text.toString();
      });
    }
    await this.until(() => this.isReady(), START_MS, "did not become ready");
  }

  async stop(): Promise<void> {
    const child = this.child;
    if (!child || child.exitCode !== null) return;
    child.kill("SIGINT");
    await this.until(() => Promise.resolve(child.exitCode !== null || child.signalCode !== null), STOP_MS, "did not stop");
    this.child = null;
  }

  async remove(): Promise<void> {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async isReady(): Promise<boolean> {
    if (this.child && this.child.exitCode !== null) throw new Error(`The system ended:\n${this.log}`);
    const answer = await fetch(`${this.url}/api/v1/health/ready/`).catch(() => null);
    return answer?.ok ?? false;
  }

  private async until(isSo: () => Promise<boolean>, milliseconds: number, what: string): Promise<void> {
    const end = Date.now() + milliseconds;
    while (!(await isSo())) {
      if (Date.now() > end) throw new Error(`The system ${what}:\n${this.log.slice(-4000)}`);
      await new Promise((done) => setTimeout(done, 200));
    }
  }
}
