import { expect } from "chai";
import { classFault, requireController, type IngressClass } from "../../cluster/ingress-classes.ts";

const traefik: IngressClass = { name: "traefik", isDefault: false };
const standard: IngressClass = { name: "nginx", isDefault: true };

describe("classFault", () => {
  const cases: [string | undefined, IngressClass[], string | undefined][] = [
    ["traefik", [traefik], undefined],
    [undefined, [traefik, standard], undefined],
    [
      "contour",
      [traefik, standard],
      "The cluster has no IngressClass contour, but: traefik, nginx. Run: pulumi config set ingressClass NAME",
    ],
    [
      undefined,
      [traefik],
      "The cluster's only IngressClass, traefik, is not its default. Run: pulumi config set ingressClass traefik",
    ],
  ];
  for (const [className, classes, fault] of cases) {
    it(`with class ${className ?? "none"} of ${classes.map(({ name }) => name).join()}`, () => {
      expect(classFault(className, classes)).to.equal(fault);
    });
  }
});

describe("requireController", () => {
  const addon =
    /^The Ingress needs minikube's controller, which is off\. Run: minikube addons enable ingress -p a$/;
  const on = (hasAddon: boolean) => ({ profile: "a", hasAddon });

  it("accepts any controller that exists, and asks for the addon where there is none", () => {
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
    }).to.throw("The cluster has no IngressClass contour, but: traefik.");
  });
});
