import { type ApplyPorts, applyView } from "./apply-view.ts";
import { type Build, underDefinition, unknownDefinition, type View } from "./view.ts";
import {
  fedBuilds,
  isRetired,
  type Parking,
  type ViewCatalogue,
  type ViewPair,
} from "./view-control.ts";

/** What catching up needs of the world. */
export interface CatchUpPorts extends ApplyPorts {
  readonly views: readonly View[];
  readonly catalogue: ViewCatalogue;
  readonly parking: Parking;
}

/** The build that a pair belongs to; undefined when nobody needs it any more. */
const buildOf = async (
  { views, catalogue, now }: CatchUpPorts,
  pair: ViewPair,
): Promise<Build | undefined> => {
  const record = (await catalogue.list()).find(({ view }) => view === pair.view);
  const build =
    record && fedBuilds(record, now()).find(({ generation }) => generation === pair.generation);
  const view = views.find(({ name }) => name === pair.view);
  if (!build || !view) return undefined;
  const defined = underDefinition(view, build.definition);
  if (defined) return { view: defined, generation: build.generation };
  if (record && isRetired(record, build.generation)) return undefined;
  throw unknownDefinition(view, build.definition);
};

/**
 * Brings one stream of one build to the head of the log and ends its parking; throws when it fails again. Live events
 * skip a parked pair, so the head is read once more after the parking has ended.
 */
export const catchUpPair = async (ports: CatchUpPorts, pair: ViewPair): Promise<void> => {
  const build = await buildOf(ports, pair);
  const toHead = async (): Promise<void> => {
    if (!build) return;
    const failures = await applyView(ports, build, new Map([[pair.stream, []]]));
    if (failures.has(pair.stream)) throw failures.get(pair.stream);
  };
  await toHead();
  await ports.parking.unpark(pair);
  await toHead();
};
