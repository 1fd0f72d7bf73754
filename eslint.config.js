import { join } from "node:path";
import js from "@eslint/js";
import prettier from "eslint-config-prettier";
import { importX } from "eslint-plugin-import-x";
import tseslint from "typescript-eslint";

/** Requires these files, outside tests, to import only `dependencies` of a package.json of these folders. */
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
      // A field of a Mongoose schema is an object literal, although its type expects a class.
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
      // Ports and counts are readable in messages.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
    },
  },
  {
    // Imports follow docs/architecture.md: dev → tools → infra, and service stands alone. The tools start the service
    // as a program, and share its helpers for development.
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
  // With NODE_ENV=production, npm installs no devDependencies.
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
    // chai asserts by property, and mocha's `this` has the timeout. Models of Kubernetes' client are classes without
    // methods, so a literal can replace them.
    files: ["**/test/**/*.ts"],
    rules: {
      "@typescript-eslint/no-unused-expressions": "off",
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
      "@typescript-eslint/no-misused-spread": "off",
    },
  },
  {
    // Pulumi's mocks receive `any`, and the tests compare it as a whole.
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
