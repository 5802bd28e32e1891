import type {
  AnnotationLevel,
  ServiceConnection,
  Ci,
  PipelineToken,
  RunContext,
} from "../../../core/ci/ci.ts";
import type { Dialect } from "../../../core/ci/dialect.ts";
import { GITHUB } from "../../../core/ci/github/dialect.ts";
import type { InputName } from "../../../core/ci/inputs/table.ts";
import type { Place } from "../../../core/base/errors.ts";

/** A CI for unit tests: it remembers everything that core did to it. */
export class FakeCi implements Ci {
  dialect: Dialect = GITHUB;
  readonly context: RunContext;
  readonly abort = new AbortController();
  readonly cancelled = this.abort.signal;
  readonly masked: string[] = [];
  readonly log: string[] = [];
  readonly debugLog: string[] = [];
  readonly annotations: { level: AnnotationLevel; text: string; place: Place | undefined }[] = [];
  readonly outputs = new Map<string, string>();
  readonly states = new Map<string, string>();
  readonly exported = new Map<string, string>();
  readonly audiences: string[] = [];
  chosenConnection: ServiceConnection | undefined;
  fixedAudience?: string;
  summaryText = "";
  readonly inputs: Partial<Record<InputName, string>>;
  mintIdToken: (audience: string) => Promise<string> = () => Promise.reject(new Error("no ID token here"));

  constructor(inputs: Partial<Record<InputName, string>> = {}, context: Partial<RunContext> = {}) {
    this.inputs = inputs;
    this.context = {
      ciName: "Fake CI",
      checkout: "/checkout",
      tempFolder: "/temp",
      toolCache: undefined,
      runUrl: "https://ci.example.com/runs/1",
      addresses: [],
      ...context,
    };
  }
  input(name: InputName): string {
    return (this.inputs[name] ?? "").trim();
  }
  inputLabel(name: InputName): string {
    return name;
  }
  connection(): ServiceConnection | undefined {
    return this.chosenConnection;
  }
  issuers: readonly string[] = [];
  async pipelineToken(): Promise<PipelineToken> {
    const audience = "policy";
    return { token: await this.idToken(audience), audience, issuers: this.issuers };
  }
  idToken(audience: string): Promise<string> {
    this.audiences.push(audience);
    return this.mintIdToken(audience);
  }
  mask(value: string): void {
    this.masked.push(value);
  }
  info(line: string): void {
    this.log.push(line);
  }
  debug(line: string): void {
    this.debugLog.push(line);
  }
  annotate(level: AnnotationLevel, text: string, place?: Place): void {
    this.annotations.push({ level, text, place });
  }
  group<T>(title: string, body: () => Promise<T>): Promise<T> {
    this.log.push(`[${title}]`);
    return body();
  }
  output(name: string, value: string): Promise<void> {
    this.outputs.set(name, value);
    return Promise.resolve();
  }
  summary(markdown: string): Promise<void> {
    this.summaryText += markdown;
    return Promise.resolve();
  }
  exportVariable(name: string, value: string): Promise<void> {
    this.exported.set(name, value);
    return Promise.resolve();
  }
  saveState(name: string, value: string): Promise<void> {
    this.states.set(name, value);
    return Promise.resolve();
  }
}
