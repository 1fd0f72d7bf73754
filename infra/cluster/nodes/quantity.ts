const binary = ["Ki", "Mi", "Gi", "Ti"];
const decimal = ["k", "M", "G", "T"];

/** A Kubernetes quantity of CPU in thousandths: "100m" is 100, "2" is 2000. */
export function cpuOf(quantity: string): number {
  return quantity.endsWith("m") ? parseFloat(quantity) : parseFloat(quantity) * 1000;
}

/** A Kubernetes quantity of memory or storage in bytes. */
export function memoryOf(quantity: string): number {
  const unit = quantity.replace(/^[\d.]+/, "");
  const [power, base] = binary.includes(unit)
    ? [binary.indexOf(unit) + 1, 1024]
    : [decimal.indexOf(unit) + 1, 1000];
  return parseFloat(quantity) * base ** power;
}

/** Thousandths of CPU as a quantity. */
export function cpu(thousandths: number): string {
  return `${Math.ceil(thousandths)}m`;
}

/** Bytes as a quantity of whole mebibytes. */
export function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024 ** 2)}Mi`;
}
