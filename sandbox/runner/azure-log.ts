import { readFile } from "node:fs/promises";
import { findCommand, type AgentCommand } from "./azure-commands.ts";
import { environmentName, type TaskManifest } from "./azure-environment.ts";

/** What an agent makes of the lines that one process of a task prints. */
export class AgentLog {
  readonly lines: string[] = [];
  readonly masks: string[];
  readonly issues: { level: string; properties: Readonly<Record<string, string>>; message: string }[] = [];
  readonly outputs: Record<string, string> = {};
  /** Variables that later steps have in their environment. */
  readonly environment: Record<string, string> = {};
  readonly taskVariables: Record<string, string> = {};
  readonly progress: number[] = [];
  readonly refused: string[] = [];
  failed = false;
  summary = "";
  readonly #shown: string[] = [];
  readonly #summaries: string[] = [];
  readonly #settable: readonly string[] | undefined;
  readonly #debug: boolean;

  constructor(manifest: TaskManifest, masks: readonly string[], debug: boolean) {
    this.masks = [...masks];
    this.#debug = debug;
    this.#settable = manifest.restrictions?.settableVariables?.allowed;
  }

  take(line: string): void {
    this.lines.push(line);
    const command = findCommand(line);
    if (command === undefined) this.#shown.push(line);
    else this.#obey(command);
  }

  /** As a reader of the log sees it. */
  shown(): string {
    return this.masks.reduce(
      (text, mask) => (mask === "" ? text : text.replaceAll(mask, "***")),
      this.#shown.join("\n"),
    );
  }

  /** Every line that was printed, but for those that register a mask. */
  raw(): string {
    return this.lines.filter((line) => findCommand(line)?.name !== "task.setsecret").join("\n");
  }

  /** The agent reads a summary's file after the command. */
  async readSummaries(): Promise<void> {
    const texts = await Promise.all(this.#summaries.map((file) => readFile(file, "utf8")));
    this.summary = texts.join("\n");
  }

  #obey({ name, properties, data }: AgentCommand): void {
    const variable = properties["variable"] ?? "";
    if (name === "task.setsecret") this.masks.push(data);
    else if (name === "task.debug") this.#debugLine(data);
    else if (name === "task.setprogress") this.progress.push(Number(properties["value"]));
    else if (name === "task.uploadsummary") this.#summaries.push(data);
    else if (name === "task.settaskvariable") this.taskVariables[variable] = data;
    else if (name === "task.complete") this.failed ||= properties["result"] === "Failed";
    else if (name === "task.logissue" || name === "task.issue") {
      const level = properties["type"] ?? "";
      this.issues.push({ level, properties, message: data });
      this.#shown.push(`##[${level}]${data}`);
    } else if (name === "task.setvariable" && this.#maySet(variable)) {
      if (properties["isOutput"]?.toLowerCase() === "true") this.outputs[variable] = data;
      else this.environment[environmentName(variable)] = data;
    } else this.refused.push(`${name} ${variable}`.trim());
  }

  #debugLine(text: string): void {
    if (this.#debug) this.#shown.push(`##[debug]${text}`);
  }

  /** Names and patterns with `*`, whatever their letter case. */
  #maySet(variable: string): boolean {
    return (
      this.#settable?.some((pattern) => {
        const source = pattern.split("*").map((part) => part.replace(/[^\w]/g, "\\$&"));
        return new RegExp(`^${source.join(".*")}$`, "i").test(variable);
      }) ?? true
    );
  }
}
