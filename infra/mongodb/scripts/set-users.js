// mongosh defines these globals.
/* global db, fs, print, quit */

const wanted = (file) => fs.readFileSync(`/run/secrets/mongodb/${file}`, "utf8");

function setUser(database, kind, roles) {
  const target = db.getSiblingDB(database);
  const [user, pwd] = [wanted(`${kind}-user`), wanted(`${kind}-password`)];
  if (target.getUser(user) === null) target.createUser({ user, pwd, roles });
  else target.updateUser(user, { pwd, roles });
  print(`Set the user ${user} of the database ${database}.`);
}

setUser("admin", "root", [{ role: "root", db: "admin" }]);
setUser("app", "app", [{ role: "readWrite", db: "app" }]);
quit(0);
