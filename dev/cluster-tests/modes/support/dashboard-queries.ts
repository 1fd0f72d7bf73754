/** A query of a dashboard, as Grafana sends it. */
export interface DashboardQuery {
  readonly title: string;
  readonly expr: string;
}

/** The parts of a dashboard that decide its queries. */
export interface Dashboard {
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: string }[] };
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly { readonly expr: string }[];
  }[];
}

/**
 * Returns the queries of a dashboard.
 * @param rateInterval Grafana uses four scrape intervals
 * @param namespace chosen by the reader. @default the dashboard's constant
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
