/** One file of a release, for one platform. */
export interface Asset {
  readonly file: string;
  /** The checksum, after the name of its algorithm. */
  readonly digest: `sha256:${string}` | `sha512:${string}`;
  /** The folder with the programs, if the file is an archive. */
  readonly folder?: string;
}

/** A version of a program that the tools can install. */
export interface Release {
  readonly name: "minikube" | "pulumi";
  readonly version: string;
  /** Page with installation instructions. */
  readonly docs: string;
  /** Base URL of the files. */
  readonly url: string;
  /** Files by Node's name of platform and processor, such as linux-x64. */
  readonly assets: Readonly<Partial<Record<string, Asset>>>;
}

/** Everything that the tools can install. */
export type Releases = Readonly<Record<Release["name"], Release>>;

/**
 * The versions to install, with checksums from their publishers.
 * - minikube: `deploy/minikube/releases-v2.json` of kubernetes/minikube.
 * - Pulumi: `Formula/pulumi.rb` of pulumi/homebrew-tap.
 * - Pulumi for Windows: the release's SHA512SUMS, as in `bucket/pulumi.json` of ScoopInstaller/Main.
 */
export const releases: Releases = {
  minikube: {
    name: "minikube",
    version: "1.38.1",
    docs: "https://minikube.sigs.k8s.io/docs/start/",
    url: "https://github.com/kubernetes/minikube/releases/download/v1.38.1",
    assets: {
      "linux-x64": {
        file: "minikube-linux-amd64",
        digest: "sha256:099477eaf248bcb5bcea8ce78a2898e93ac01461c35189da1848c3de82ecd22e",
      },
      "linux-arm64": {
        file: "minikube-linux-arm64",
        digest: "sha256:a0b8a1ebfc8c07a247271d8df98ac0ddd7c8c855b601d402463e2e50c08c6bab",
      },
      "darwin-x64": {
        file: "minikube-darwin-amd64",
        digest: "sha256:db11dffba835609988e4e98c3a91a38653ce66ddfa8ea3aaea92d87c54a0a348",
      },
      "darwin-arm64": {
        file: "minikube-darwin-arm64",
        digest: "sha256:f9b0c70bb7daf38c683c0b6e46dc1b612600247ae826bf74576807746a919ee8",
      },
      "win32-x64": {
        file: "minikube-windows-amd64.exe",
        digest: "sha256:04215bec5632a976b48eb632856b50f1eaaa183b9c2a5904e11d1bacc4961ff7",
      },
    },
  },
  pulumi: {
    name: "pulumi",
    version: "3.259.0",
    docs: "https://www.pulumi.com/docs/install/",
    url: "https://github.com/pulumi/pulumi/releases/download/v3.259.0",
    assets: {
      "linux-x64": {
        file: "pulumi-v3.259.0-linux-x64.tar.gz",
        digest: "sha256:94ba357acac23d01474084c4b00098dc0f7bc70ce13f34c777459254a5f718e5",
        folder: "pulumi",
      },
      "linux-arm64": {
        file: "pulumi-v3.259.0-linux-arm64.tar.gz",
        digest: "sha256:edc8327463a72160bb36cf82cf5062da9c8a244290a706d9980988e7bf486853",
        folder: "pulumi",
      },
      "darwin-x64": {
        file: "pulumi-v3.259.0-darwin-x64.tar.gz",
        digest: "sha256:eaca4c3b8277bfa3ab061fa3b270d1c66358a0b2e613da8c5587a04b7226c534",
        folder: "pulumi",
      },
      "darwin-arm64": {
        file: "pulumi-v3.259.0-darwin-arm64.tar.gz",
        digest: "sha256:57c27f179e527e2cf9f62b841a448af72a020e44b2fb4ee0d9bd85556c00c864",
        folder: "pulumi",
      },
      "win32-x64": {
        file: "pulumi-v3.259.0-windows-x64.zip",
        digest:
          "sha512:7a49068c2a10110c5887135d43d7ab02b8b23c95af15a3b0f35104fced8366dac48ed33da6f2a4da55f74d960f894dbe6d6c75ea0cdf95ff3fa2991a2474dca6",
        folder: "pulumi/bin",
      },
    },
  },
};

/** The file for this machine, or undefined if there is none. */
export function assetOf(
  release: Release,
  platform = `${process.platform}-${process.arch}`,
): Asset | undefined {
  return release.assets[platform];
}
