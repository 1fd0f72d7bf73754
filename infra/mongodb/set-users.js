// For mongosh, which has these as globals.
/* global db, fs, print, quit */

const password = (user) => fs.readFileSync(`/run/secrets/mongodb/${user}`, "utf8");

function setUser(database, user, roles) {
  const target = db.getSiblingDB(database);
  if (target.getUser(user) === null) target.createUser({ user, pwd: password(user), roles });
  else target.updateUser(user, { pwd: password(user), roles });
  print(`user ${user} of ${database} is set`);
}

setUser("admin", "root", [{ role: "root", db: "admin" }]);
setUser("app", "app", [{ role: "readWrite", db: "app" }]);
quit(0);
