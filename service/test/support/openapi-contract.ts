import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { expect } from "chai";
import { resources } from "../../app.ts";
import { openapiDocument } from "../../openapi/openapi-document.ts";

interface Answer {
  readonly headers?: Record<string, { $ref: string }>;
  readonly content?: Record<string, { schema: object }>;
}
type Operations = Record<string, { responses?: Record<string, Answer> } | undefined>;

/** The document that answers must match. */
export const contract = openapiDocument("1.2.3", resources);
const { headers, responses } = contract.components;

const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addSchema(contract, "contract");
const validators = new Map<object, ValidateFunction>();

/** Asserts that the answer to a request matches the OpenAPI document, in status, headers and body. */
export async function expectContract(method: string, path: string, response: Response): Promise<void> {
  // OPTIONS is part of HTTP's contract, and the document has no operation for it.
  if (method === "OPTIONS") return;
  const what = `${method} ${path} → ${response.status}`;
  const answer = documented(method === "HEAD" ? "get" : method.toLowerCase(), path, response.status);
  expect(answer, `${what} is in the OpenAPI document`).not.to.equal(undefined);
  expectHeaders(answer ?? {}, response, what);
  const text = await response.text();
  if (method !== "HEAD") expectBody(answer ?? {}, response, text, what);
}

function documented(method: string, path: string, status: number): Answer | undefined {
  const { pathname } = new URL(path, "http://localhost");
  const known = Object.entries(contract.paths as unknown as Record<string, Operations>);
  const operations = known.find(([template]) => matches(template, pathname))?.[1];
  if (operations === undefined) return status === 404 ? responses.NotFound : undefined;
  const operation = operations[method];
  if (operation === undefined) return status === 405 ? responses.MethodNotAllowed : undefined;
  return operation.responses?.[status];
}

function matches(template: string, pathname: string): boolean {
  return new RegExp(`^${template.replace(/\{\w+\}/g, "[^/]+").replaceAll(".", "\\.")}/?$`).test(pathname);
}

function expectHeaders(answer: Answer, response: Response, what: string): void {
  for (const name of Object.keys(answer.headers ?? {})) {
    const header = headers[name as keyof typeof headers] as { required?: boolean; schema: { type: string } };
    const value = response.headers.get(name);
    if (value === null) {
      expect(header.required, `${what} has ${name}`).not.to.equal(true);
      continue;
    }
    expectSchema(header.schema, header.schema.type === "integer" ? Number(value) : value, `${what} ${name}`);
  }
}

function expectBody(answer: Answer, response: Response, text: string, what: string): void {
  if (answer.content === undefined) return void expect(text, what).to.equal("");
  const [type = ""] = (response.headers.get("Content-Type") ?? "").split(";");
  expect(Object.keys(answer.content), what).to.include(type);
  const schema = answer.content[type]?.schema ?? {};
  expectSchema(schema, type.endsWith("json") ? JSON.parse(text) : text, what);
}

function expectSchema(schema: object, value: unknown, what: string): void {
  let validate = validators.get(schema);
  if (validate === undefined) {
    const absolute = JSON.stringify(schema).replaceAll('"#/', '"contract#/');
    validate = ajv.compile(JSON.parse(absolute) as object);
    validators.set(schema, validate);
  }
  expect(validate(value), `${what}: ${ajv.errorsText(validate.errors)}`).to.equal(true);
}
