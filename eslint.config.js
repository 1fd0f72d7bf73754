import { join } from "node:path";
import js from "@eslint/js";
import prettier from "eslint-config-prettier";
import { importX } from "eslint-plugin-import-x";
import tseslint from "typescript-eslint";

/** Imports of these files outside tests have to be in `dependencies` of a package.json of these folders. */
function runtimeImports(files, folders) {
  return {
    files,
    ignores: ["**/test/**"],
    plugins: { "import-x": importX },
    rules: {
      "import-x/no-extraneous-dependencies": [
        "error",
        { devDependencies: false, packageDir: folders.map((folder) => join(import.meta.dirname, folder)) },
      ],
    },
  };
}

export default tseslint.config(
  { ignores: ["node_modules/", "**/dist/"] },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      // A field of a Mongoose schema is an object literal where its types name a class.
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
      // Ports and counts read well in messages.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
    },
  },
  {
    // The arrow of docs/architecture.md: dev → tools → infra, and service stands alone. The tools run the service, and
    // share its helpers for work on a developer's machine.
    files: ["**/*.{ts,js}"],
    plugins: { "import-x": importX },
    rules: {
      "import-x/no-restricted-paths": [
        "error",
        {
          zones: [
            {
              target: "./service",
              from: ["./infra", "./tools", "./dev"],
              message: "service stands alone: its image has nothing else.",
            },
            {
              target: "./infra",
              from: ["./tools", "./dev"],
              message: "imports point from tools to infra.",
            },
            {
              target: ["./infra/*.{ts,js}", "./infra/!(test)/**/*"],
              from: "./service",
              message: "infra knows of the service its folder, its ports and its health paths only.",
            },
            {
              target: "./tools",
              from: "./dev",
              message: "dev/ may be deleted: what tools/ needs belongs to tools/.",
            },
            {
              target: "./tools/!(test)/**/*",
              from: "./service/!(dev)/**/*",
              message: "the tools start the service as a program; only service/dev is shared.",
            },
          ],
        },
      ],
    },
  },
  // With NODE_ENV=production npm installs no devDependencies.
  runtimeImports(["tools/**/*.{ts,js}", "service/dev/**/*.ts"], [".", "./tools"]),
  runtimeImports(["infra/**/*.{ts,js,cjs}"], [".", "./infra/policy"]),
  runtimeImports(["service/!(dev)/**/*.ts", "service/!(bundle).ts"], ["./service"]),
  {
    files: ["**/*.js"],
    ignores: ["service/page/assets/"],
    languageOptions: { globals: { process: "readonly" } },
  },
  {
    files: ["service/page/assets/*.js"],
    languageOptions: {
      globals: Object.fromEntries(
        [
          "AbortSignal",
          "DOMParser",
          "FormData",
          "URLSearchParams",
          "clearTimeout",
          "document",
          "fetch",
          "setTimeout",
        ].map((name) => [name, "readonly"]),
      ),
    },
  },
  {
    // chai asserts by property, mocha's `this` carries the timeout. The models of Kubernetes' client are classes without
    // methods: a literal is as good.
    files: ["**/test/**/*.ts"],
    rules: {
      "@typescript-eslint/no-unused-expressions": "off",
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
      "@typescript-eslint/no-misused-spread": "off",
    },
  },
  {
    // What Pulumi's mocks are given is `any`; the tests compare it whole.
    files: ["infra/test/**/*.ts", "dev/cluster-tests/**/*.ts"],
    rules: {
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-return": "off",
    },
  },
  prettier,
);
