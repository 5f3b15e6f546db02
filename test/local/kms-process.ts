import { startKms } from "../../local/kms.ts";

const [dataDir = ""] = process.argv.slice(2);
const { url } = await startKms({ dataDir });
process.send?.(url);
