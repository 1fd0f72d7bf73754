/** Label of everything that the stack makes. */
export const partOf = { "app.kubernetes.io/part-of": "koa-mongo-stack" };

/**
 * Annotation for what `destroy` deletes before the Deployment, whose pods take longest to end. For the autoscaler, which
 * nothing belongs to, it need not wait at all, and not for the StatefulSet's pod: the claim is there until that is gone,
 * and the volume and its files until the claim is.
 */
export const deletedAtOnce = { "pulumi.com/deletionPropagationPolicy": "background" };

/**
 * Annotation for what `up` need not wait for, because it waits for the pods behind it: it would give a Service 10 s to
 * settle and take 10 s to see that a claim is bound, and on minikube a load balancer has no address before
 * `minikube tunnel` runs.
 */
export const notAwaited = { "pulumi.com/skipAwait": "true" };
