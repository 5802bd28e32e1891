import { textOf, type JsonObject } from "../http/json.ts";
import { doesNotExist } from "../http/reply.ts";
import type { WorkspaceContext } from "./context.ts";
import { tasksOf, type Job } from "./jobs.ts";

type RunResult = "SUCCESS" | "FAILED" | "CANCELED" | "TIMEDOUT" | "SKIPPED" | "INTERNAL_ERROR";

/** How a run of a job is to end. */
export interface RunScript {
  /** Name of the job; absent: whichever runs next. */
  readonly job?: string;
  /** Default `SUCCESS`. */
  readonly result?: RunResult;
  readonly message?: string;
  /** How many times `runs/get` still answers RUNNING; default 1, `Infinity`: until somebody cancels it. */
  readonly runningPolls?: number;
  /** What a task gives back, by task key; default: the result `ok`. */
  readonly outputs?: Readonly<Record<string, TaskOutput>>;
}

interface TaskOutput {
  /** What a notebook returns, or code prints. */
  readonly result?: string;
  /** A task with an error has failed. */
  readonly error?: string;
  readonly errorTrace?: string;
}

export interface TaskRun {
  readonly id: string;
  readonly task: JsonObject;
  readonly output: TaskOutput;
}

export interface Run {
  readonly id: string;
  readonly jobId: string;
  readonly name: string;
  readonly creator: string;
  /** The body of `run-now`. */
  readonly request: JsonObject;
  readonly tasks: readonly TaskRun[];
  readonly message: string;
  readonly startedAt: number;
  /** The result that is to come or has come. */
  result: RunResult;
  runningPolls: number;
  endedAt: number | undefined;
}

/** The job runs of a workspace: each goes on for some polls and then ends as scripted. */
export class Runs {
  readonly #all = new Map<string, Run>();
  readonly #scripts: RunScript[] = [];
  readonly #context: WorkspaceContext;

  constructor(context: WorkspaceContext) {
    this.#context = context;
  }

  /** All runs by id. */
  get all(): ReadonlyMap<string, Run> {
    return this.#all;
  }

  /** Decides the next run that no earlier script has taken; scripts are used up in order. */
  script(script: RunScript): void {
    this.#scripts.push(script);
  }

  start(job: Job, request: JsonObject, creator: string): Run {
    const token = textOf(request["idempotency_token"]);
    const repeated = [...this.#all.values()].find(
      (run) => token !== "" && run.request["idempotency_token"] === token,
    );
    if (repeated !== undefined) return repeated;
    const name = textOf(job.settings["name"]) || "Untitled";
    const { result = "SUCCESS", message = "", runningPolls = 1, outputs = {} } = this.#take(name);
    const { ids, clock } = this.#context;
    const run: Run = {
      id: ids.runs.next(),
      jobId: job.id,
      name,
      creator,
      request,
      tasks: tasksOf(job.settings).map((task) => ({
        id: ids.runs.next(),
        task,
        output: outputs[textOf(task["task_key"])] ?? { result: "ok" },
      })),
      message,
      startedAt: clock.now(),
      result,
      runningPolls,
      endedAt: undefined,
    };
    this.#all.set(run.id, run);
    return run;
  }

  /** @throws Refusal 404 */
  find(id: string): Run {
    const run = this.#all.get(id);
    if (run === undefined) throw doesNotExist(`Run ${id} does not exist.`);
    return run;
  }

  findTask(id: string): { readonly run: Run; readonly task: TaskRun } | undefined {
    for (const run of this.#all.values()) {
      const task = run.tasks.find((one) => one.id === id);
      if (task !== undefined) return { run, task };
    }
    return undefined;
  }

  /** Counts one look at a run: after enough of them it has ended. */
  poll(run: Run): void {
    if (run.endedAt !== undefined) return;
    if (run.runningPolls > 0) run.runningPolls -= 1;
    else run.endedAt = this.#context.clock.now();
  }

  cancel(run: Run): void {
    if (run.endedAt !== undefined) return;
    run.result = "CANCELED";
    run.endedAt = this.#context.clock.now();
  }

  #take(name: string): RunScript {
    const index = this.#scripts.findIndex((script) => script.job === undefined || script.job === name);
    return index < 0 ? {} : (this.#scripts.splice(index, 1)[0] ?? {});
  }
}
