/** Label of everything that the stack makes. */
export const partOf = { "app.kubernetes.io/part-of": "koa-mongo-stack" };

/**
 * Annotation for what `destroy` need not wait for: the autoscaler, which nothing belongs to, and the StatefulSet's pod,
 * which ends while the Deployment's do. Its claim is there until it is gone, and the volume and its files until the claim
 * is.
 */
export const deletedAtOnce = { "pulumi.com/deletionPropagationPolicy": "background" };

/**
 * Annotation for what `up` need not wait for, because it waits for the pods behind it: it would give a Service 10 s to
 * settle and take 10 s to see that a claim is bound, and on minikube a load balancer has no address before
 * `minikube tunnel` runs.
 */
export const notAwaited = { "pulumi.com/skipAwait": "true" };

/** Name of the service's image where no registry has it. */
export const localRepository = "koa-mongo-stack";
