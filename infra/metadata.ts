/** Label of everything that the stack makes. */
export const partOf = { "app.kubernetes.io/part-of": "koa-mongo-stack" };

/**
 * Annotation for the StatefulSet: `destroy` need not wait for its pod where it waits for that of the Deployment, too.
 * The claim is there until the pod is gone, and the volume and its files until the claim is.
 */
export const deletedBehind = { "pulumi.com/deletionPropagationPolicy": "background" };

/**
 * Annotation for what `up` need not wait for, because it waits for the pods behind it: it would give a Service 10 s to
 * settle and take 10 s to see that a claim is bound, and on minikube a load balancer has no address before
 * `minikube tunnel` runs.
 */
export const notAwaited = { "pulumi.com/skipAwait": "true" };
