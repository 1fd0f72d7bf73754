import { expectStack, settingsError } from "../../../infra/test/support/configurations.ts";
import { combinations, title } from "../../../infra/test/support/setting-matrix.ts";
import { restorePath } from "../../../infra/test/support/fake-minikube.ts";

describe("every combination of the configuration that is accepted", () => {
  after(restorePath);

  for (const values of combinations().filter((candidate) => settingsError(candidate) === undefined)) {
    it(title(values), () => expectStack(values));
  }
});
