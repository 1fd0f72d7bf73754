// mongosh defines these globals, and runs log-in.js before this script.
/* global db, fs, print, quit, sleep */

const kept = ["root-user", "app-user"].map((file) => fs.readFileSync(`/run/secrets/mongodb/${file}`, "utf8"));
const isOurs = /^(root|app)(-\d+)?$/;

const others = [];
for (const database of ["admin", "app"]) {
  for (const { user } of db.getSiblingDB(database).getUsers().users) {
    if (isOurs.test(user) && !kept.includes(user)) others.push({ database, user });
  }
}
// Pods that are terminating may still use such a user.
if (others.length > 0) sleep(Number(process.env.GRACE_SECONDS) * 1000);
for (const { database, user } of others) {
  db.getSiblingDB(database).dropUser(user);
  print(`Dropped the user ${user} of the database ${database}.`);
}
print(`The remaining users are ${kept.join(" and ")}.`);
quit(0);
