import { DeleteObjectsCommand, ListObjectsV2Command, type S3Client } from "@aws-sdk/client-s3";

const isGone = (error: unknown): boolean => error instanceof Error && error.name === "NoSuchBucket";

const list = async (client: Pick<S3Client, "send">, bucket: string): Promise<readonly string[]> => {
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
  return Contents.flatMap(({ Key }) => Key ?? []);
};

/**
 * Deletes every object of a bucket without versions; answers how many. A bucket that is gone is empty. Throws when an
 * object cannot be deleted; safe to repeat.
 */
export const emptyBucket = async (
  client: Pick<S3Client, "send">,
  bucket: string,
): Promise<number> => {
  let deleted = 0;
  try {
    for (
      let keys = await list(client, bucket);
      keys.length > 0;
      keys = await list(client, bucket)
    ) {
      const { Errors = [] } = await client.send(
        new DeleteObjectsCommand({
          Bucket: bucket,
          Delete: { Objects: keys.map((Key) => ({ Key })), Quiet: true },
        }),
      );
      const [{ Code = "unknown", Key = "" } = {}] = Errors;
      if (Errors.length > 0)
        throw new Error(`${Errors.length} objects of ${bucket} stay: ${Code} for ${Key}.`);
      deleted += keys.length;
    }
  } catch (error) {
    if (!isGone(error)) throw error;
  }
  return deleted;
};
