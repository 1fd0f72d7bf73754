// mongosh defines these globals.
/* global connect, fs, print */
/* global db:writable */

// MongoDB has the current users, or already has the wanted users if an earlier run was interrupted.
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
    print(`MongoDB rejects the login of ${user}.`);
  }
}
if (!loggedIn) throw new Error("MongoDB rejects the logins of all known root users.");
