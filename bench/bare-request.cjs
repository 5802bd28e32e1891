/** The yardstick of the start-up time: the least that a script can do to send a request. Its only argument is the URL. */
/* global process, URL */
const http = require("node:http");

const url = new URL("/.well-known/databricks-config", process.argv[2]);
const request = http.request(url, { method: "GET", headers: { accept: "application/json" } }, (answer) => {
  let body = "";
  answer.setEncoding("utf8");
  answer.on("data", (text) => {
    body += text;
  });
  answer.on("end", () => {
    process.stdout.write(body);
  });
});
request.on("error", (error) => {
  process.exitCode = 1;
  process.stderr.write(String(error));
});
request.end();
