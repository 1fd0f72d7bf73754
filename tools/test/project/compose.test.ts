import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { expect } from "chai";
import { parse } from "yaml";
import { fakePath } from "../support/fake-path.ts";
import { startProgram } from "../support/running-command.ts";

interface Service {
  readonly image: string;
  readonly user?: string;
  readonly ports?: string[];
  readonly networks: string[];
  readonly volumes?: string[];
  readonly environment: Record<string, string>;
  readonly entrypoint: string[];
  readonly healthcheck: { readonly test: unknown[] };
  readonly [key: string]: unknown;
}
interface Compose {
  readonly services: Record<"web" | "mongodb", Service>;
  readonly networks: Record<string, unknown>;
}

const text = readFileSync(join(import.meta.dirname, "../../../compose.yaml"), "utf8");
const { services, networks } = parse(text) as Compose;
const [shell = "", flags = "", script = "", ...names] = services.mongodb.entrypoint.map((word) =>
  word.replaceAll("$$", "$"),
);

describe("compose.yaml", () => {
  it("has the service and MongoDB, and nothing else", () => {
    expect(Object.keys(services)).to.deep.equal(["web", "mongodb"]);
  });

  for (const [name, service] of Object.entries(services)) {
    it(`lets ${name} change nothing but its volumes, without a capability`, () => {
      expect(service).to.include({ read_only: true, restart: "unless-stopped" });
      expect(service.cap_drop).to.deep.equal(["ALL"]);
      expect(service.security_opt).to.deep.equal(["no-new-privileges:true"]);
      expect(service).not.to.have.any.keys("cap_add", "privileged", "pid", "network_mode");
      for (const word of service.healthcheck.test) expect(word).to.be.a("string");
      expect(service).to.have.property("stop_grace_period");
    });
  }

  it("publishes the service on the loopback address, and MongoDB nowhere", () => {
    expect(services.web.ports).to.deep.equal(["127.0.0.1:${PORT:-3000}:3000"]);
    expect(services.mongodb).not.to.have.any.keys("ports", "expose");
  });

  it("keeps MongoDB on a network without a way out, and not as root", () => {
    expect(services.mongodb.networks).to.deep.equal(["database"]);
    expect(networks.database).to.deep.equal({ internal: true });
    expect(services.web.networks).to.deep.equal(["web", "database"]);
    expect(services.mongodb.user).to.equal("999:999");
    // Under umask 077, a bind-mounted file of the checkout would be unreadable for the container's user.
    expect(services.mongodb.volumes).to.deep.equal(["data:/data/db"]);
  });

  it("starts MongoDB on every kernel, with a small cache and little room for diagnostics", () => {
    expect(services.mongodb.environment.GLIBC_TUNABLES).to.equal("glibc.pthread.rseq=1");
    expect(services.mongodb.command).to.deep.equal([
      "mongod",
      "--auth",
      "--bind_ip_all",
      "--wiredTigerCacheSizeGB",
      "0.25",
      "--setParameter",
      "diagnosticDataCollectionDirectorySizeMB=50",
    ]);
  });

  it("connects the service with a user of its own, and not with root's password", () => {
    expect(services.web.environment.MONGODB_URI).to.match(/^mongodb:\/\/app:\$\{MONGODB_APP_PASSWORD:\?/);
    expect(JSON.stringify(services.web)).not.to.include("ROOT");
    expect(script).to.include('setUser("app", "app", process.env.MONGODB_APP_PASSWORD, "readWrite");');
  });

  it("builds changed code at each start", () => {
    expect(services.web.build).to.deep.include({ context: "." });
    expect(services.web).to.include({ pull_policy: "build" });
  });
});

describe("compose.yaml's start of MongoDB", () => {
  // Like mongod, opens a port, and closes its data some time after SIGTERM. Another instance must wait until then.
  const first = `require("net").createServer().listen(27018, "127.0.0.1");
    process.on("SIGTERM", () => setTimeout(() => {
      require("fs").writeFileSync(process.env.TMPDIR + "/closed", "");
      process.exit();
    }, 200));`;
  const mongod = `case " $* " in
    *" --port 27018 "*) exec "$NODE" -e '${first}' ;;
    *) [ -f "$TMPDIR/closed" ] && echo "mongod $*" || echo DBPathInUse ;;
  esac`;

  it("sets the users on an empty volume and on one whose first start failed, each time before clients reach it", () => {
    for (let attempt = 0; attempt < 2; attempt++) {
      const { code, output } = startMongodb({ mongod, mongosh: 'echo "mongosh $1 $2 $3 $4"' });
      expect(output).to.equal("mongosh --quiet --norc --port 27018\nmongod --auth --bind_ip_all\n");
      expect(code).to.equal(0);
    }
  });

  it("creates the users, and sets the passwords of those that a failed start left", () => {
    const left = [{ user: "root", pwd: "old" }];
    expect(usersAfter([])).to.deep.equal(usersAfter(left));
    expect(usersAfter(left)).to.deep.equal([
      { user: "root", pwd: "1", roles: [{ role: "root", db: "admin" }] },
      { user: "app", pwd: "2", roles: [{ role: "readWrite", db: "app" }] },
    ]);
  });

  it("ends where the users can't be set, so that the next start tries again", () => {
    const { code, output } = startMongodb({ mongod, mongosh: "echo no; exit 3" });
    expect({ code, output }).to.deep.equal({ code: 3, output: "no\n" });
  });

  it("prints why mongod does not start", () => {
    const { code, output } = startMongodb({ mongod: "echo DBPathInUse; exit 100", mongosh: "echo no" });
    expect({ code, output }).to.deep.equal({ code: 1, output: "DBPathInUse\n" });
  });
});

/** Runs the entrypoint with these programs on PATH. */
function startMongodb(programs: Record<string, string>): { code: number; output: string } {
  const fake = fakePath(programs);
  try {
    const env = {
      ...process.env,
      NODE: process.execPath,
      TMPDIR: fake.folder,
      PATH: `${fake.folder}:${process.env.PATH ?? ""}`,
    };
    const args = [flags, script, ...names, "mongod", "--auth", "--bind_ip_all"];
    const { status, stdout, stderr } = spawnSync(shell, args, { env, encoding: "utf8", timeout: 60_000 });
    expect(stderr).to.equal("");
    return { code: status ?? -1, output: stdout };
  } finally {
    fake.remove();
  }
}

interface User {
  readonly user: string;
  readonly pwd: string;
}

/** Runs the entrypoint's mongosh statements against a fake MongoDB with these users. */
function usersAfter(before: readonly User[]): readonly User[] {
  const [, statements = ""] = /--eval '([^']*)'/.exec(script) ?? [];
  const users = new Map(before.map((one) => [one.user, one]));
  const database = {
    getUser: (user: string) => users.get(user) ?? null,
    createUser(one: User) {
      if (users.has(one.user)) throw new Error(`User "${one.user}" already exists`);
      users.set(one.user, one);
    },
    updateUser: (user: string, changes: object) => users.set(user, { user, pwd: "", ...changes }),
  };
  const environment = { MONGODB_ROOT_PASSWORD: "1", MONGODB_APP_PASSWORD: "2" };
  runInNewContext(statements, { db: { getSiblingDB: () => database }, process: { env: environment } });
  return structuredClone([...users.values()]);
}

describe("npm run compose:env", () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "koa-mongo-stack-env-"));
    file = join(folder, ".env");
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const run = async () => {
    const program = startProgram("compose:env", {}, [folder]);
    return { code: await program.exitCode(), output: program.output() };
  };
  const matches = (from: string, pattern: RegExp) =>
    [...from.matchAll(pattern)].map(([, name = "", rest = ""]): [string, string] => [name, rest]);
  const variables = () => new Map(matches(readFileSync(file, "utf8"), /^(\w+)=(.*)$/gm));

  it("writes every variable that compose.yaml asks for, each with a message where it is missing", async () => {
    expect(await run()).to.include({ code: 0 });
    const asked = matches(text, /(?<!\$)\$\{?(\w+)([^}]*)/g).filter(([, rest]) => !rest.startsWith(":-"));
    for (const [, rest] of asked) expect(rest).to.match(/^:\?.*npm run compose:env/);
    expect([...variables().keys()]).to.have.members([...new Set(asked.map(([name]) => name))]);
  });

  it("writes random passwords that fit into a connection string, and that only the owner can read", async () => {
    await run();
    const values = [...variables().values()];
    for (const value of values) expect(value).to.match(/^[\w-]{32}$/);
    expect(new Set(values).size).to.equal(2);
    expect(statSync(file).mode & 0o777).to.equal(0o600);
  });

  it("leaves a file that is there as it is", async () => {
    await run();
    const before = readFileSync(file, "utf8");
    const { code, output } = await run();
    expect(code).to.equal(0);
    expect(output).to.equal(`${file} exists and was not changed.\n`);
    expect(readFileSync(file, "utf8")).to.equal(before);
  });

  it("says what a file that is there lacks", async () => {
    writeFileSync(file, "MONGODB_ROOT_PASSWORD=x\nMONGODB_APP_PASSWORD=\n");
    const { code, output } = await run();
    expect(code).to.equal(1);
    expect(output).to.include(
      "exists and was not changed, but lacks MONGODB_APP_PASSWORD. Add a value to the file.",
    );
  });
});
