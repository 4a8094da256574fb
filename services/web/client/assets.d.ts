/** A stylesheet becomes a file of its own beside the script that imports it. */
declare module "*.css";

/** The address under which a picture is served. */
declare module "*.svg" {
  const url: string;
  export default url;
}
