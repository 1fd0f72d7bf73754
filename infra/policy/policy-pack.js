import { PolicyPack } from "@pulumi/policy";
import { policies } from "./policies.ts";

new PolicyPack("koa-mongo-stack", { policies, enforcementLevel: "mandatory" });
