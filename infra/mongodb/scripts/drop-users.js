// For mongosh, which has these as globals. log-in.js runs before it.
/* global db, fs, print, quit, sleep */

const kept = ["root-user", "app-user"].map((file) => fs.readFileSync(`/run/secrets/mongodb/${file}`, "utf8"));
const isOurs = /^(root|app)(-\d+)?$/;

const others = [];
for (const database of ["admin", "app"]) {
  for (const { user } of db.getSiblingDB(database).getUsers().users) {
    if (isOurs.test(user) && !kept.includes(user)) others.push({ database, user });
  }
}
// Pods on their way out may still answer requests with such a user.
if (others.length > 0) sleep(Number(process.env.GRACE_SECONDS) * 1000);
for (const { database, user } of others) {
  db.getSiblingDB(database).dropUser(user);
  print(`user ${user} of ${database} is gone`);
}
print(`the users are ${kept.join(" and ")}`);
quit(0);
