// Numbers as people read them.

export function seconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}

export function count(value: number): string {
  return value.toLocaleString('en');
}

export function hertz(value: number): string {
  return `${(value / 1000).toLocaleString('en', { maximumFractionDigits: 3 })} kHz`;
}

export function microseconds(us: number): string {
  return us < 10 ? `${us.toFixed(1)} µs` : us < 1000 ? `${us.toFixed(0)} µs` : `${(us / 1000).toFixed(1)} ms`;
}
