// For mongosh, which has these as globals.
/* global connect, fs, print */
/* global db:writable */

// Until now MongoDB had the current users; it has the wanted ones where a run before this got so far.
const folders = ["/run/secrets/mongodb", "/run/secrets/mongodb-current"];
let loggedIn = false;

db = connect("mongodb://mongodb:27017/admin?serverSelectionTimeoutMS=5000");
for (const folder of folders) {
  if (loggedIn || !fs.existsSync(`${folder}/root-user`)) continue;
  const [user, password] = ["root-user", "root-password"].map((file) =>
    fs.readFileSync(`${folder}/${file}`, "utf8"),
  );
  try {
    db.auth(user, password);
    loggedIn = true;
  } catch {
    print(`MongoDB does not take ${user}`);
  }
}
if (!loggedIn) throw new Error("MongoDB takes none of the root users that are known");
