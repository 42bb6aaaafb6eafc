using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace ModelOps.Infrastructure.Persistence.Migrations.Npgsql
{
    /// <inheritdoc />
    public partial class VersionsPredictionsAttempts : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "ReferenceToken",
                table: "predictions",
                type: "bigint",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "training_attempts",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    JobId = table.Column<Guid>(type: "uuid", nullable: false),
                    Worker = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    StartedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    EndedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    End = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: true),
                    ExitCode = table.Column<int>(type: "integer", nullable: true),
                    Log = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_training_attempts", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "version_counter",
                columns: table => new
                {
                    Id = table.Column<int>(type: "integer", nullable: false),
                    Last = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_version_counter", x => x.Id);
                    table.CheckConstraint("CK_version_counter_single", "\"Id\" = 1");
                });

            migrationBuilder.CreateTable(
                name: "version_listings",
                columns: table => new
                {
                    VersionId = table.Column<long>(type: "bigint", nullable: false),
                    Number = table.Column<long>(type: "bigint", nullable: false),
                    Dataset = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true),
                    MacroF1 = table.Column<double>(type: "double precision", nullable: false),
                    BeatsBaselines = table.Column<bool>(type: "boolean", nullable: false),
                    DiabetesMissed = table.Column<int>(type: "integer", nullable: false),
                    DiabetesMissedAsNegative = table.Column<int>(type: "integer", nullable: false),
                    DiabetesRows = table.Column<int>(type: "integer", nullable: false),
                    Note = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true),
                    Tags = table.Column<string>(type: "character varying(411)", maxLength: 411, nullable: false),
                    SearchText = table.Column<string>(type: "character varying(1500)", maxLength: 1500, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_version_listings", x => x.VersionId);
                    table.ForeignKey(
                        name: "FK_version_listings_model_versions_VersionId",
                        column: x => x.VersionId,
                        principalTable: "model_versions",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_predictions_confirmed",
                table: "predictions",
                column: "Id",
                filter: "\"ConfirmedClass\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_predictions_ReferenceToken_Id",
                table: "predictions",
                columns: new[] { "ReferenceToken", "Id" },
                filter: "\"ReferenceToken\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_predictions_Version_Id",
                table: "predictions",
                columns: new[] { "Version", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_training_attempts_JobId_Id",
                table: "training_attempts",
                columns: new[] { "JobId", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_training_attempts_StartedAt",
                table: "training_attempts",
                column: "StartedAt");

            migrationBuilder.CreateIndex(
                name: "IX_version_listings_MacroF1_VersionId",
                table: "version_listings",
                columns: new[] { "MacroF1", "VersionId" });

            migrationBuilder.CreateIndex(
                name: "IX_version_listings_Number",
                table: "version_listings",
                column: "Number",
                unique: true);

            // Every version so far gets a number in the order of creation. Its listing is read out of its JSON.
            migrationBuilder.Sql(
                """
                INSERT INTO "version_listings" ("VersionId", "Number", "Dataset", "MacroF1", "BeatsBaselines",
                    "DiabetesMissed", "DiabetesMissedAsNegative", "DiabetesRows", "Note", "Tags", "SearchText")
                SELECT "Id", "Number", "Dataset", "MacroF1", "Beats", "AsNegative" + "AsPrediabetes", "AsNegative",
                    "AsNegative" + "AsPrediabetes" + "Found", NULL, '',
                    lower("Number" || chr(10) || "Name" || chr(10) || coalesce("Dataset", '') || chr(10) || chr(10))
                FROM (
                    SELECT "Id", "Name", row_number() OVER (ORDER BY "Id") AS "Number",
                        CASE WHEN strpos("DataSource", 'dataset:') > 0
                            THEN substr("DataSource", strpos("DataSource", 'dataset:') + length('dataset:')) END AS "Dataset",
                        coalesce(("Evaluation" ->> 'F1Score')::double precision, 0) AS "MacroF1",
                        coalesce(("Evaluation" ->> 'BeatsBaselines')::boolean, false) AS "Beats",
                        coalesce(("Evaluation" #>> '{ConfusionMatrix,2,0}')::integer, 0) AS "AsNegative",
                        coalesce(("Evaluation" #>> '{ConfusionMatrix,2,1}')::integer, 0) AS "AsPrediabetes",
                        coalesce(("Evaluation" #>> '{ConfusionMatrix,2,2}')::integer, 0) AS "Found"
                    FROM (SELECT "Id", "Name", "DataSource", "Summary"::json -> 'Evaluation' AS "Evaluation" FROM "model_versions") v) n;
                INSERT INTO "version_counter" ("Id", "Last")
                SELECT 1, coalesce(max("Number"), 0) FROM "version_listings";
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "training_attempts");

            migrationBuilder.DropTable(
                name: "version_counter");

            migrationBuilder.DropTable(
                name: "version_listings");

            migrationBuilder.DropIndex(
                name: "IX_predictions_confirmed",
                table: "predictions");

            migrationBuilder.DropIndex(
                name: "IX_predictions_ReferenceToken_Id",
                table: "predictions");

            migrationBuilder.DropIndex(
                name: "IX_predictions_Version_Id",
                table: "predictions");

            migrationBuilder.DropColumn(
                name: "ReferenceToken",
                table: "predictions");
        }
    }
}
