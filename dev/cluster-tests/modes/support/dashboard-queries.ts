/** A query of a dashboard, as Grafana sends it. */
export interface DashboardQuery {
  readonly title: string;
  readonly expr: string;
}

/** The parts of a dashboard that decide what it asks. */
export interface Dashboard {
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: string }[] };
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly { readonly expr: string }[];
  }[];
}

/**
 * The queries of a dashboard.
 * @param rateInterval Grafana takes four scrape intervals
 * @param namespace what the reader chose. @default the dashboard's constant
 */
export function dashboardQueries(
  { templating, panels }: Dashboard,
  rateInterval: string,
  namespace = templating.list.find(({ name }) => name === "namespace")?.query ?? "",
): DashboardQuery[] {
  return panels.flatMap(({ title, targets }) =>
    targets.map(({ expr }) => ({
      title,
      expr: expr.replaceAll("$namespace", namespace).replaceAll("$__rate_interval", rateInterval),
    })),
  );
}
