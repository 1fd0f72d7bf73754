import { expect } from "chai";
import { MongoNetworkError, MongoServerError } from "mongodb";
import { explainMongodbError } from "../../backup/mongodb-error.ts";
import { UserError } from "../../process/user-error.ts";

describe("explainMongodbError", () => {
  const messageOf = (error: Error, failure?: string) => {
    const explained = explainMongodbError(error, "pod mongodb-0", failure);
    expect(explained).to.be.instanceOf(UserError).and.to.have.property("cause", error);
    return (explained as Error).message;
  };

  it("puts the tunnel's failure before the advice that follows", () => {
    const error = new MongoNetworkError(
      "connection closed\nTo restore again, run: npm run restore -- a.gz --drop",
    );
    expect(messageOf(error, "no such pod")).to.equal(
      "MongoDB (pod mongodb-0): connection closed: no such pod\n" +
        "To restore again, run: npm run restore -- a.gz --drop",
    );
    expect(messageOf(new MongoNetworkError("connection closed"), "no such pod")).to.equal(
      "MongoDB (pod mongodb-0): connection closed: no such pod",
    );
  });

  it("leaves the tunnel's failure out of an error that MongoDB answered through the tunnel", () => {
    const error = new MongoServerError({ errmsg: "not authorized" });
    expect(messageOf(error, "no such pod")).to.equal("MongoDB (pod mongodb-0): not authorized");
  });

  it("leaves other errors as they are", () => {
    const error = new Error("other");
    expect(explainMongodbError(error, "pod mongodb-0", "no such pod")).to.equal(error);
  });
});
