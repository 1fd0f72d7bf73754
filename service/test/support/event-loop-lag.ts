const periodMs = 10;

/**
 * Measures for how long this process was blocked. Client and service run in this process, so a busy machine could look
 * like a slow service.
 * @returns a function that ends the measurement and returns milliseconds
 */
export function measureLag(): () => number {
  let lag = 0;
  let last = performance.now();
  const measure = () => {
    const now = performance.now();
    lag += Math.max(0, now - last - periodMs);
    last = now;
  };
  const timer = setInterval(measure, periodMs);
  return () => {
    clearInterval(timer);
    measure();
    return lag;
  };
}
