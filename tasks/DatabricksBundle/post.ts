import { completion } from "./commands.ts";
import { startTask } from "./start.ts";

const { host, write } = startTask();
host.debug("Nothing was left to clean up.");
write(completion(true));
