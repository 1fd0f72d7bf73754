// Node runs this file before Pulumi's own code (Pulumi.yaml, nodeargs). Otherwise Pulumi's SDK would connect to
// Pulumi itself, on this machine, through the proxy of https_proxy and http_proxy. An older Node, too, must be able
// to read this file.
process.env.no_grpc_proxy ??= "127.0.0.1,localhost";
