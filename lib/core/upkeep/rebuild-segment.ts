import { type SegmentProgress, untouched } from "../log/segments.ts";
import { type Build, underDefinition } from "../view/view.ts";
import { finishRebuild, queueSegments, type RebuildPorts } from "./rebuild.ts";
import { type TakenPage, takeCommits, takeHeads } from "./rebuild-page.ts";

/** The build that a segment belongs to; undefined when it is not being filled any more. */
const buildOf = async (
  { views, catalogue }: RebuildPorts,
  name: string,
  generation: number,
): Promise<Build | undefined> => {
  const record = (await catalogue.list()).find(({ view }) => view === name);
  const view = views.find((each) => each.name === name);
  if (record?.building?.generation !== generation || !view) return undefined;
  const { definition } = record.building;
  const defined = underDefinition(view, definition);
  if (defined) return { view: defined, generation };
  throw new Error(`View ${name} is being built by definition ${definition}, unknown here.`);
};

/**
 * Works on one segment of a rebuild until it is done or the deadline (milliseconds since the epoch) has passed; then
 * the rest is queued. Doing a page twice changes nothing; of two workers on one segment, one goes on.
 */
export const rebuildSegment = async (
  ports: RebuildPorts,
  work: { readonly view: string; readonly generation: number; readonly segment: number },
  deadline: number,
): Promise<void> => {
  const { view: name, generation, segment } = work;
  const build = await buildOf(ports, name, generation);
  const rebuild = await ports.rebuilds.find(name);
  if (!build || rebuild?.generation !== generation) return;
  const saved = await ports.rebuilds.progress(name, generation);
  let progress: SegmentProgress =
    saved.find((each) => each.segment === segment) ?? untouched(segment);
  let isDense = true;
  while (!progress.done) {
    const { after: from } = progress;
    const page: TakenPage =
      (isDense ? await takeHeads(ports, build, rebuild, progress) : undefined) ??
      (await takeCommits(ports, build, rebuild, progress));
    ({ progress, isDense } = page);
    const at = new Date(ports.now()).toISOString();
    if (!(await ports.rebuilds.save(name, generation, progress, { at, from }))) return;
    if (!progress.done && ports.now() >= deadline)
      return queueSegments(ports, name, generation, [segment]);
  }
  await finishRebuild(ports, name, generation);
};
