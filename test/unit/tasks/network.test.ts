import assert from "node:assert/strict";
import fc from "fast-check";
import { proxyFor } from "../../../core/net/proxy.ts";
import { withAgentNetwork } from "../../../tasks/DatabricksBundle/network.ts";

const PROXY = { AGENT_PROXYURL: "http://proxy.example.com:3128" };

describe("the agent's network", () => {
  it("changes nothing where the agent has nothing", () => {
    const environment = { PATH: "/bin", HTTPS_PROXY: "http://own:1" };
    assert.deepEqual(withAgentNetwork(environment), { environment, secrets: [], warnings: [] });
  });

  it("becomes the variables that requests and the CLI know", () => {
    const { environment } = withAgentNetwork({ ...PROXY, AGENT_CAINFO: "/etc/ca.pem" });
    assert.equal(environment["HTTPS_PROXY"], "http://proxy.example.com:3128/");
    assert.equal(environment["HTTP_PROXY"], "http://proxy.example.com:3128/");
    assert.equal(environment["NO_PROXY"], undefined);
    assert.equal(environment["SSL_CERT_FILE"], "/etc/ca.pem");
  });

  it("leaves what the pipeline has set", () => {
    const own = {
      https_proxy: "http://own:1",
      HTTP_PROXY: "http://own:2",
      NO_PROXY: "own",
      SSL_CERT_FILE: "/own",
    };
    const all = { ...PROXY, AGENT_PROXYBYPASSLIST: '["a\\\\.b"]', AGENT_CAINFO: "/etc/ca.pem", ...own };
    assert.deepEqual(withAgentNetwork(all).environment, all);
  });

  it("carries every user and password unharmed, and hides them", () => {
    const text = fc.string({ minLength: 1, unit: "grapheme" });
    fc.assert(
      fc.property(text, text, (user, password) => {
        const { environment, secrets } = withAgentNetwork({
          ...PROXY,
          AGENT_PROXYUSERNAME: user,
          SECRET_AGENT_PROXYPASSWORD: password,
        });
        const url = new URL(environment["HTTPS_PROXY"] ?? "");
        assert.equal(url.host, "proxy.example.com:3128");
        assert.equal(decodeURIComponent(url.username), user);
        assert.equal(decodeURIComponent(url.password), password);
        assert.ok(secrets.includes(password) && secrets.includes(url.password));
      }),
    );
  });

  it("says so if the proxy is no URL", () => {
    for (const AGENT_PROXYURL of ["http://u:p/w@proxy", "socks5://proxy.example.com:1080"]) {
      const { environment, warnings } = withAgentNetwork({ AGENT_PROXYURL });
      assert.equal(environment["HTTPS_PROXY"], undefined);
      assert.match(warnings.join(), /no http or https URL of a host/);
    }
  });

  it("turns the patterns that mean hosts into hosts", () => {
    const cases: [string, string][] = [
      ["github\\.com", "github.com"],
      ["^https://adb-1\\.2\\.azuredatabricks\\.net", "adb-1.2.azuredatabricks.net"],
      [".*\\.azuredatabricks\\.net$", ".azuredatabricks.net"],
      ["https?://artifacts\\.corp", "artifacts.corp"],
      ["localhost", "localhost"],
      ["corp\\.example\\.com/.*", "corp.example.com"],
      ["^.*\\.corp$", ".corp"],
      ["dev\\-a\\.corp", "dev-a.corp"],
    ];
    for (const [pattern, host] of cases) {
      const environment = { ...PROXY, AGENT_PROXYBYPASSLIST: JSON.stringify([pattern]) };
      const network = withAgentNetwork(environment);
      assert.equal(network.environment["NO_PROXY"], host, pattern);
      assert.deepEqual(network.warnings, []);
    }
  });

  it("names the patterns that it cannot turn into hosts", () => {
    for (const list of ['["(a|b)\\\\.corp"]', '["10\\\\.\\\\d+"]', "no JSON", '{"a":1}']) {
      const { environment, warnings } = withAgentNetwork({ ...PROXY, AGENT_PROXYBYPASSLIST: list });
      assert.equal(environment["NO_PROXY"], undefined);
      assert.match(warnings.join(), /bypass list/);
    }
  });

  it("bypasses the proxy for exactly the hosts of a list", () => {
    const label = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
    const host = fc.array(label, { minLength: 2, maxLength: 4 }).map((labels) => labels.join("."));
    fc.assert(
      fc.property(host, host, (bypassed, other) => {
        const list = JSON.stringify([bypassed.replaceAll(".", "\\.")]);
        const { environment } = withAgentNetwork({ ...PROXY, AGENT_PROXYBYPASSLIST: list });
        assert.equal(proxyFor(new URL(`https://${bypassed}/`), environment), undefined);
        const inList = other === bypassed || other.endsWith(`.${bypassed}`);
        assert.equal(proxyFor(new URL(`https://${other}/`), environment) === undefined, inList);
      }),
    );
  });

  it("does not skip the validation of certificates", () => {
    const { environment, warnings } = withAgentNetwork({ AGENT_SKIPCERTVALIDATION: "True" });
    assert.deepEqual(Object.keys(environment), ["AGENT_SKIPCERTVALIDATION"]);
    assert.match(warnings.join(), /validates them all the same/);
  });
});
