// Runs in mongosh at MongoDB's first start, on an empty volume: the user that the service is, with the least rights.
/* global db */
db.getSiblingDB("app").createUser({
  user: "app",
  pwd: process.env.MONGODB_APP_PASSWORD,
  roles: [{ role: "readWrite", db: "app" }],
});
