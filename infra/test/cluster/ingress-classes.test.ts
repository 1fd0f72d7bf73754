import { expect } from "chai";
import { classProblem, requireController, type IngressClass } from "../../cluster/ingress-classes.ts";

const traefik: IngressClass = { name: "traefik", isDefault: false };
const standard: IngressClass = { name: "nginx", isDefault: true };

describe("classProblem", () => {
  const cases: [string | undefined, IngressClass[], string | undefined][] = [
    ["traefik", [traefik], undefined],
    [undefined, [traefik, standard], undefined],
    [
      "contour",
      [traefik, standard],
      "The cluster has no IngressClass contour, only traefik, nginx. Run: pulumi config set ingressClass NAME",
    ],
    [
      undefined,
      [traefik],
      "The cluster's only IngressClass, traefik, is not the default, and ingressClass is not set. " +
        "Run: pulumi config set ingressClass traefik",
    ],
  ];
  for (const [className, classes, problem] of cases) {
    it(`with class ${className ?? "none"} of ${classes.map(({ name }) => name).join()}`, () => {
      expect(classProblem(className, classes)).to.equal(problem);
    });
  }
});

describe("requireController", () => {
  const addon =
    /^The Ingress needs minikube's ingress addon, which is disabled\. Run: minikube addons enable ingress -p a$/;
  const on = (hasAddon: boolean) => ({ profile: "a", hasAddon });

  it("accepts any controller that exists, and requires the addon without a controller", () => {
    expect(() => {
      requireController("traefik", [traefik], on(false));
      requireController(undefined, [standard], on(false));
      requireController(undefined, undefined, on(true));
    }).not.to.throw();
    expect(() => {
      requireController(undefined, [], on(false));
    }).to.throw(addon);
    expect(() => {
      requireController("nginx", [traefik], on(false));
    }).to.throw(addon);
    expect(() => {
      requireController("contour", [traefik], on(false));
    }).to.throw("The cluster has no IngressClass contour, only traefik.");
  });
});
