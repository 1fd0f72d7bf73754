const binary = ["Ki", "Mi", "Gi", "Ti"];
const decimal = ["k", "M", "G", "T"];

/** Converts a Kubernetes quantity of CPU to thousandths: "100m" to 100, "2" to 2000. */
export function milliCpuOf(quantity: string): number {
  return quantity.endsWith("m") ? parseFloat(quantity) : parseFloat(quantity) * 1000;
}

/** Converts a Kubernetes quantity of memory or storage to bytes. */
export function bytesOf(quantity: string): number {
  const unit = quantity.replace(/^[\d.]+/, "");
  const [power, base] = binary.includes(unit)
    ? [binary.indexOf(unit) + 1, 1024]
    : [decimal.indexOf(unit) + 1, 1000];
  return parseFloat(quantity) * base ** power;
}

/** Converts thousandths of CPU to a quantity. */
export function cpuQuantity(milliCpu: number): string {
  return `${Math.ceil(milliCpu)}m`;
}

/** Converts bytes to a quantity of mebibytes, rounded up. */
export function memoryQuantity(bytes: number): string {
  return `${Math.ceil(bytes / 1024 ** 2)}Mi`;
}
