const periodMs = 10;

/**
 * Measures how long this process, in which client and service run, was kept from running: a busy machine must not be
 * taken for a slow service.
 * @returns ends the measurement; gives milliseconds
 */
export function measureLag(): () => number {
  let lag = 0;
  let last = performance.now();
  const look = () => {
    const now = performance.now();
    lag += Math.max(0, now - last - periodMs);
    last = now;
  };
  const timer = setInterval(look, periodMs);
  return () => {
    clearInterval(timer);
    look();
    return lag;
  };
}
