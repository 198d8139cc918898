/** What a worker says of itself once its Neurons are there. */
export interface Ready {
  readonly worker: string;
  readonly namespace: string;
  readonly url: string;
  readonly neurons: readonly string[];
  readonly pid: number;
}

/** The same as a line for people. */
export function describeReady({ neurons, namespace, url }: Ready, bold: (text: string) => string): string {
  return `Hosting ${bold(neurons.join(", "))} in '${namespace}' on ${url}. Ctrl-C ends it when running tasks have ended.`;
}
