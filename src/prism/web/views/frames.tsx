import { useEffect, useRef, useState } from "preact/hooks";

/** Calls something in every frame while the page is visible and `isOn` holds; the time of the frame in milliseconds. */
export function useFrames(isOn: boolean, call: (at: number) => void): void {
  const latest = useRef(call);
  latest.current = call;
  useEffect(() => {
    if (!isOn) return undefined;
    let frame = requestAnimationFrame(function next(at) {
      latest.current(at);
      frame = requestAnimationFrame(next);
    });
    return () => cancelAnimationFrame(frame);
  }, [isOn]);
}

/** The room that an element has, in pixels; 0 before it is laid out. Follows every change. */
export function useSize<Part extends Element>(): {
  readonly ref: { current: Part | null };
  readonly width: number;
  readonly height: number;
} {
  const ref = useRef<Part>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const element = ref.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(([entry]) => {
      if (entry === undefined) return;
      const { width, height } = entry.contentRect;
      setSize({ width: Math.floor(width), height: Math.floor(height) });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { ref, ...size };
}
