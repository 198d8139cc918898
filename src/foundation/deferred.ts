/** A promise with its own ends in hand. */
export interface Deferred<T> {
  /** Settles once; an unobserved rejection is not reported. */
  readonly promise: Promise<T>;
  /** Fulfils the promise, unless it is settled. */
  readonly resolve: (value: T) => void;
  /** Rejects the promise, unless it is settled. */
  readonly reject: (reason: unknown) => void;
}

/** Makes a promise that is settled from outside. */
export function createDeferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined;
  let reject: (reason: unknown) => void = () => undefined;
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
