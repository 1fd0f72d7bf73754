/**
 * A certificate for a.example and its key, used only here. An API server warns of a pair that does not match.
 * Created by `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500 -subj /CN=a.example
 * -addext subjectAltName=DNS:a.example`.
 */
export const certificate = `-----BEGIN CERTIFICATE-----
MIIBlTCCATugAwIBAgIUA4p7aT7JCfWvY7WU48AGVzzFEzMwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJYS5leGFtcGxlMCAXDTI2MTEyMTIxNDAyMFoYDzIxMjYxMDI4
MjE0MDIwWjAUMRIwEAYDVQQDDAlhLmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAR5bbd+rssH+x5eA3UJpxvfu1lDwu+rVQD77C3Jq/Uul6G+XVmiAyU0
KRqIhKzXHgBgjLfhOret2YrOcpYGBPP8o2kwZzAdBgNVHQ4EFgQUbLW8NFp5R5ve
OsTrQ7ZrR8zC1HAwHwYDVR0jBBgwFoAUbLW8NFp5R5veOsTrQ7ZrR8zC1HAwDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglhLmV4YW1wbGUwCgYIKoZIzj0EAwID
SAAwRQIhAPq7P8P/BGajInWT01mWV6yLdsEYI+jwubJJTbVKcyRvAiAnAh5qqPXD
7tgdzpt5rkJn52ZAXOIGVoDqCmTQUABd1Q==
-----END CERTIFICATE-----
`;
export const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgl3v+PeqjujoNZR2t
uVii9iVfK552gPyS6syX+Hmrha6hRANCAAR5bbd+rssH+x5eA3UJpxvfu1lDwu+r
VQD77C3Jq/Uul6G+XVmiAyU0KRqIhKzXHgBgjLfhOret2YrOcpYGBPP8
-----END PRIVATE KEY-----
`;
