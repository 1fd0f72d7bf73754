// Node runs this before Pulumi's own code (Pulumi.yaml, nodeargs): Pulumi's SDK would ask the proxy of https_proxy and
// http_proxy for Pulumi itself, which runs on this machine. An older Node, too, must be able to read it.
process.env.no_grpc_proxy ??= "127.0.0.1,localhost";
