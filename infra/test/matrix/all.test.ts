import { expectStack, refusal } from "../support/combination.ts";
import { combinations, title } from "../support/matrix.ts";
import { restorePath } from "../support/minikube.ts";

describe("every combination of the configuration that is accepted", () => {
  after(restorePath);

  for (const values of combinations().filter((candidate) => refusal(candidate) === undefined)) {
    it(title(values), () => expectStack(values));
  }
});
