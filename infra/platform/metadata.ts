/** Label of every object of the stack. */
export const partOf = { "app.kubernetes.io/part-of": "koa-mongo-stack" };

/**
 * Annotation for objects whose deletion `destroy` does not await. One is the autoscaler, which owns no other
 * object. The others are the Deployment and the StatefulSet, so that their pods end concurrently. The claim exists
 * until MongoDB's pod is gone, and the volume and its files until the claim is gone. The service's pods may answer
 * their last requests some seconds longer.
 */
export const deletedAtOnce = { "pulumi.com/deletionPropagationPolicy": "background" };

/**
 * Annotation for objects that `up` does not await, because `up` waits for the pods behind them. Otherwise `up`
 * would wait 10 s for a Service to settle, and 10 s for the binding of a claim. On minikube, a load balancer has no
 * address before `minikube tunnel` runs.
 */
export const notAwaited = { "pulumi.com/skipAwait": "true" };

/** Name of the service's image if no registry has the image. */
export const localRepository = "koa-mongo-stack";
